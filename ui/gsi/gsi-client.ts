/**
 * The emulator's replacement for https://accounts.google.com/gsi/client: a page
 * made for Google only has to change that URL.
 */
import { readPage } from "./html-api";
import { id } from "./id";
import { oauth2 } from "./oauth2";

const page = window as unknown as {
  google?: object;
  onGoogleLibraryLoad?: () => void;
};
page.google = { ...page.google, accounts: { id, oauth2 } };

function ready(): void {
  page.onGoogleLibraryLoad?.();
  readPage();
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", ready);
} else {
  ready();
}
