import {
  ApiProperty,
  ApiPropertyOptional,
} from "../../common/open-api.decorators";
import { IsNotEmpty, IsString } from "class-validator";

/** What Google Identity Services posts to its `login_uri`; other fields are ignored. */
export class RedirectSignInRequestDto {
  @ApiProperty({ description: "The Google ID token", maxLength: 8192 })
  @IsString({ message: "must be a string, sent once" })
  @IsNotEmpty({ message: "must not be empty" })
  credential!: string;

  @ApiProperty({ description: "The same as in the cookie `g_csrf_token`" })
  g_csrf_token!: string;

  @ApiPropertyOptional({
    description:
      "The `state` of the button that was clicked: exactly one of `APP_REDIRECT_URLS`. Anything else redirects to `APP_URL`.",
  })
  state?: string;
}
