/**
 * `nest-google-auth/fastify`: what Nest's Fastify adapter lacks for an
 * application that is exposed to the internet. Needs @nestjs/platform-fastify.
 */
export {
  fastifyAdapter,
  type FastifyAdapterOptions,
  setUpFastify,
} from "./fastify-server";
export { pageHeaders } from "./security-headers";
