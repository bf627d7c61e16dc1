import { Injectable, type PipeTransform } from "@nestjs/common";
import { FormParameters } from "./form-parameters";

/** Hands a controller the {@link FormParameters} of its body. */
@Injectable()
export class FormParametersPipe implements PipeTransform<
  unknown,
  FormParameters
> {
  /** @throws OAuthError `invalid_request` */
  transform(body: unknown): FormParameters {
    return new FormParameters(body);
  }
}
