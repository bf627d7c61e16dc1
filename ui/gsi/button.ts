/** The visible options of `GsiButtonConfiguration`. */
export interface ButtonOptions {
  readonly type?: "standard" | "icon";
  readonly theme?: "outline" | "filled_blue" | "filled_black";
  readonly size?: "large" | "medium" | "small";
  readonly text?: "signin_with" | "signup_with" | "continue_with" | "signin";
  readonly shape?: "rectangular" | "pill" | "circle" | "square";
  readonly logo_alignment?: "left" | "center";
  readonly width?: string | number;
  readonly click_listener?: () => void;
  readonly state?: string;
}

const texts = {
  signin_with: "Sign in with Google",
  signup_with: "Sign up with Google",
  continue_with: "Continue with Google",
  signin: "Sign in",
};

const css = `
:host { display: block; min-height: 40px; }
button {
  display: inline-flex; align-items: center; gap: 10px; height: 40px; padding: 0 12px;
  border: 1px solid #747775; border-radius: 4px; background: #fff; color: #1f1f1f;
  font: 500 14px/20px "Google Sans", Roboto, system-ui, "DejaVu Sans", sans-serif; letter-spacing: .25px; cursor: pointer;
}
button:hover { background: #f6f9fe; }
button:focus-visible { outline: 3px solid #1a56db; outline-offset: 2px; }
.medium { height: 32px; padding: 0 10px; } .small { height: 24px; padding: 0 8px; font-size: 12px; }
.pill, .circle { border-radius: 20px; }
.icon { padding: 0; width: 40px; justify-content: center; } .icon.medium { width: 32px; } .icon.small { width: 24px; }
.filled_blue { background: #1a73e8; border-color: #1a73e8; color: #fff; } .filled_blue:hover { background: #1766ca; }
.filled_black { background: #202124; border-color: #8e918f; color: #e8eaed; } .filled_black:hover { background: #3c4043; }
.filled_blue svg, .filled_black svg { background: #fff; border-radius: 3px; }
svg { flex: none; width: 18px; height: 18px; }
span { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.center { justify-content: center; }`;

/** A simplified G: a ring with a bar. */
const logo = `<svg viewBox="0 0 20 20" fill="none" stroke-width="3.4" aria-hidden="true">
<path stroke="#ea4335" d="M15.1 5.4A7 7 0 0 0 4 6.5"/><path stroke="#fbbc04" d="M4 6.5a7 7 0 0 0 0 7"/>
<path stroke="#34a853" d="M4 13.5a7 7 0 0 0 10.4 1.8"/><path stroke="#4285f4" d="M14.4 15.3A7 7 0 0 0 17 10h-7"/></svg>`;

/** Renders Google's button, isolated from the page's styles. */
export function drawButton(
  parent: HTMLElement,
  options: ButtonOptions,
  clicked: () => void,
): void {
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  // Unlike a <style>, this is not subject to the page's CSP.
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.type = "button";
  button.className = [
    options.type ?? "standard",
    options.theme ?? "outline",
    options.size ?? "large",
    options.shape ?? "rectangular",
    options.logo_alignment ?? "left",
  ].join(" ");
  button.innerHTML = logo;
  const text = texts[options.text ?? "signin_with"];
  if (options.type === "icon") button.setAttribute("aria-label", text);
  else
    button.append(
      Object.assign(document.createElement("span"), { textContent: text }),
    );
  const width = Number(options.width);
  if (options.type !== "icon" && width >= 40 && width <= 400) {
    button.style.width = `${width}px`;
  }
  button.addEventListener("click", () => {
    options.click_listener?.();
    clicked();
  });
  root.append(button);
  parent.replaceChildren(host);
}
