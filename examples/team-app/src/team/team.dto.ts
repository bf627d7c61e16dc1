import { IsEmail, IsIn } from "class-validator";

const roles = ["member", "owner"];

export class RoleDto {
  @IsIn(roles)
  role!: string;
}

export class InvitationDto extends RoleDto {
  @IsEmail()
  email!: string;
}
