import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

/** A user of the application, in its own table. */
@Entity("users", { schema: "public" })
export class MemberEntity {
  @PrimaryGeneratedColumn()
  id!: number;

  /** In lower case. */
  @Column("text")
  email!: string;

  @Column("text")
  tenant!: string;

  @Column("text")
  role!: string;

  /** The user of nest-google-auth; null before the first sign-in. */
  @Column("uuid", { name: "google_auth_id", nullable: true })
  googleAuthId!: string | null;
}
