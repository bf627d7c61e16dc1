/** The URL of the emulator that served this script. */
export const emulator = new URL(
  (document.currentScript as HTMLScriptElement | null)?.src ?? location.href,
).origin;

type Fields = Readonly<Record<string, string | undefined>>;

/** The message that the chooser posts to the page. */
export type DialogAnswer = Readonly<Record<string, string>>;

/** The address of one of the emulator's pages. */
export function pageUrl(path: string, fields: Fields): string {
  const url = new URL(path, emulator);
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/**
 * Listens for the messages of a dialog.
 *
 * @param id identifies the dialog, to ignore messages of others
 * @param answered called with each message
 * @returns a function that stops listening
 */
export function onAnswer(
  id: string,
  answered: (answer: DialogAnswer) => void,
): () => void {
  const listen = ({ origin, data }: MessageEvent<unknown>) => {
    if (origin !== emulator) return;
    const { gsi, ...answer } = Object(data) as Record<string, string>;
    if (gsi === id) answered(answer);
  };
  addEventListener("message", listen);
  return () => removeEventListener("message", listen);
}

/** Why a popup ended without a result, as in Google's `error_callback`. */
export type PopupFailure = "popup_failed_to_open" | "popup_closed";

/** Opens a page of the emulator in a popup and waits for its result. */
export function openPopup(
  path: string,
  fields: Fields,
  answered: (answer: DialogAnswer) => void,
  failed: (failure: PopupFailure) => void = () => undefined,
): void {
  const id = crypto.randomUUID();
  const left = Math.max(0, screenX + (outerWidth - 480) / 2);
  const top = Math.max(0, screenY + (outerHeight - 640) / 2);
  const popup = open(
    pageUrl(path, { ...fields, origin: location.origin, gsi: id }),
    "_blank",
    `popup,width=480,height=640,left=${left},top=${top}`,
  );
  if (!popup) {
    failed("popup_failed_to_open");
    return;
  }
  let isOver = false;
  const end = (then: () => void) => {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    stopListening();
    then();
  };
  const stopListening = onAnswer(id, (answer) => end(() => answered(answer)));
  const timer = setInterval(() => {
    // A message sent just before closing may still arrive.
    if (popup.closed) setTimeout(() => end(() => failed("popup_closed")), 200);
  }, 200);
}
