import {
  ApiProperty,
  type ApiPropertyOptions,
} from "../common/open-api.decorators";

const checks = {
  type: "object",
  additionalProperties: {
    type: "object",
    required: ["status"],
    properties: { status: { type: "string", enum: ["up", "down"] } },
    additionalProperties: true,
  },
  description: "By the name of the check",
} satisfies ApiPropertyOptions;

/** The process is alive. */
export class LivenessDto {
  @ApiProperty({ enum: ["ok"], example: "ok" })
  readonly status!: "ok";
}

/** All checks have passed. */
export class ReadinessDto extends LivenessDto {
  @ApiProperty({ ...checks, example: { database: { status: "up" } } })
  readonly info!: object;

  @ApiProperty({ ...checks, example: {} })
  readonly error!: object;

  @ApiProperty({ ...checks, example: { database: { status: "up" } } })
  readonly details!: object;
}
