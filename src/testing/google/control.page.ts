import type { EmulatorAnswer } from "./emulator-answer";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `GET /emulator/`: shows and changes the emulator's state. */
export function controlPageAnswer(): EmulatorAnswer {
  return {
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": POLICY,
      "Cache-Control": "no-cache",
      "X-Content-Type-Options": "nosniff",
    },
    body: `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Google emulator</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="ui.css">
<script defer src="control.js"></script>
</head>
<body>
<div id="app"><main><p>Loading…</p></main></div>
</body>
</html>
`,
  };
}
