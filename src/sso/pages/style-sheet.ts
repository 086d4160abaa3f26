import type { AccentColors } from '../theme.ts';

/** The one style sheet of all pages; it names no font or picture that would have to be fetched. */
export function styleSheet({ light, dark }: { light: AccentColors; dark: AccentColors }): string {
  return `:root{color-scheme:light dark;${lightColors}${accent(light)}}
@media (prefers-color-scheme:dark){:root{${darkColors}${accent(dark)}}}
${rules}`;
}

function accent({ fill, onFill, text }: AccentColors): string {
  return `--fill:${fill};--on-fill:${onFill};--accent:${text}`;
}

const lightColors =
  '--page:#f3f4f6;--surface:#fff;--text:#16191f;--muted:#565d69;--line:#d5d9e0;--edge:#868e9b;--quiet:#f3f4f6;--error:#b3261e;--error-quiet:#fdf1f0;';
const darkColors =
  '--page:#111317;--surface:#1b1e24;--text:#eceef2;--muted:#a7afbc;--line:#353b46;--edge:#7b8493;--quiet:#252a32;--error:#ff9c94;--error-quiet:#33201f;';

const rules = `*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;align-items:center;padding:32px 16px;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
body::before{content:"";flex:1 1 0;max-height:18vh}
header{margin:0 0 20px;font-weight:600;font-size:18px;letter-spacing:-.01em}
header img{display:block;height:36px;max-width:220px;object-fit:contain}
main{width:100%;max-width:440px;background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:32px;box-shadow:0 1px 2px rgb(0 0 0/.04),0 8px 24px rgb(0 0 0/.05)}
main.wide{max-width:680px}
h1{margin:0 0 8px;font-size:24px;line-height:1.25;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{margin:28px 0 8px;font-size:16px}
p{margin:0 0 12px;overflow-wrap:anywhere}
.muted{color:var(--muted)}
.small{font-size:14px}
form,.actions{margin:20px 0 0}
.actions{display:flex;flex-direction:column;gap:10px}
.actions form{margin:0}
label{display:block;margin:16px 0 6px;font-weight:600;font-size:15px}
input{display:block;width:100%;min-height:48px;padding:10px 14px;border:1px solid var(--edge);border-radius:8px;background:var(--surface);color:var(--text);font:inherit}
input[aria-invalid=true]{border-color:var(--error)}
.hint,.error{margin:8px 0 0;font-size:14px}
.hint{color:var(--muted)}
.error{color:var(--error);font-weight:600}
.button{display:flex;align-items:center;justify-content:center;gap:10px;width:100%;min-height:48px;padding:10px 18px;border:1px solid var(--edge);border-radius:8px;background:var(--surface);color:var(--text);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer;overflow-wrap:anywhere}
.button:hover{background:var(--quiet)}
.button.primary{border-color:var(--fill);background:var(--fill);color:var(--on-fill)}
.button.primary:hover{text-decoration:underline;text-underline-offset:3px}
.button.quiet{padding:10px 0;border-color:transparent;background:none;color:var(--accent);font-weight:400;text-decoration:underline;text-underline-offset:3px}
.button.quiet:hover{background:var(--quiet)}
.button.inline{display:inline-flex;width:auto;min-height:40px;padding:6px 14px;font-size:15px}
input:not([type=hidden])+.button,.hint+.button,.error+.button{margin-top:20px}
a{color:var(--accent);text-underline-offset:3px}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.or{display:flex;align-items:center;gap:12px;margin:6px 0;color:var(--muted);font-size:14px}
.or::before,.or::after{content:"";flex:1;border-top:1px solid var(--line)}
.below{margin:20px 0 0;font-size:15px;text-align:center}
.note{margin:20px 0 0;padding:14px 16px;border:1px solid var(--line);border-radius:8px;background:var(--quiet)}
.note.wrong{border-color:var(--error);background:var(--error-quiet)}
.note+p{margin-top:14px}
.note p:last-child,.note dl{margin-bottom:0}
.reference{margin:24px 0 0;padding-top:16px;border-top:1px solid var(--line);font-size:14px;color:var(--muted)}
.reference dt{float:left;clear:left;margin-right:6px}
.reference dd{margin:0 0 2px;overflow-wrap:anywhere}
code{font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;color:var(--text)}
code span+span{margin-left:.4em}
dl{margin:0}
.facts{display:grid;grid-template-columns:minmax(96px,max-content) 1fr;gap:6px 16px}
.facts dt{color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere;min-width:0}
ul.rows{list-style:none;margin:0;padding:0}
.rows li{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:4px 12px;min-height:56px;padding:8px 0;border-top:1px solid var(--line)}
.rows li:first-child{border-top:0}
.rows form{margin:0}
.rows+p{margin-top:14px}
.rows span{overflow-wrap:anywhere;min-width:0}
.tag{display:inline-block;padding:1px 8px;border:1px solid var(--line);border-radius:99px;font-size:13px;color:var(--muted);white-space:nowrap}
.choices{border:0;margin:0;padding:0}
footer{margin:20px 0 0;font-size:14px;color:var(--muted);text-align:center}
@media (max-width:480px){body{padding:20px 12px}body::before{max-height:5vh}main{padding:24px 20px}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:10px}}
@media (forced-colors:active){.button.primary{border-width:2px}}
@media (prefers-reduced-motion:no-preference){.button{transition:background-color .12s}}
`;
