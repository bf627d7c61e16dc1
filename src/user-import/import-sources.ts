import { betterAuth } from "./better-auth.source";
import { brocoders } from "./brocoders.source";
import { csv } from "./csv.source";
import { firebase } from "./firebase.source";
import type { ImportSource } from "./import-source";
import { supabase } from "./supabase.source";

/** The systems whose users can be imported. */
export const importSources = {
  firebase,
  supabase,
  "better-auth": betterAuth,
  brocoders,
  csv,
} as const satisfies Record<string, ImportSource>;

export type ImportSourceName = keyof typeof importSources;
