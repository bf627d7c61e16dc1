/**
 * `nest-google-auth/fastify`: what Nest's Fastify adapter does not do by itself
 * for an application that strangers talk to. Needs @nestjs/platform-fastify.
 */
export {
  fastifyAdapter,
  type FastifyAdapterOptions,
  setUpFastify,
} from "./fastify-server";
export { pageHeaders } from "./security-headers";
