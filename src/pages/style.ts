import { html } from '../html.js'
import { SURFACES } from './theme.js'

const { light, dark } = SURFACES

/** Of every page. Inserted as it stands, so that its hash can be in the policy. */
export const STYLE = html`
:root {
  color-scheme: light dark;
  --text: #1a1d23; --quiet: #565d69; --page: ${light.page}; --card: ${light.card};
  --line: #d9dde3; --link: #1d4ed8; --error: #b42318;
  --button: #1d4ed8; --button-hover: #1e40af; --on-button: #fff; --tint: #e8eefc; --on-tint: #1e40af;
  --shadow: 0 1px 2px rgb(16 24 40 / 6%), 0 12px 32px rgb(16 24 40 / 8%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8eaee; --quiet: #a3abb8; --page: ${dark.page}; --card: ${dark.card}; --line: #343a44;
    --link: #8ab4ff; --error: #ff9d91; --button: #8ab4ff; --button-hover: #a9c7ff; --on-button: #0b1326;
    --tint: #26324a; --on-tint: #b5cfff; --shadow: none;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 16px 64px; max-width: 760px; color: var(--text);
  background: var(--page); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
  overflow-wrap: anywhere;
}
h1 { margin: 16px 0; font-size: 24px; line-height: 32px; text-wrap: balance; }
h2 { margin: 32px 0 8px; font-size: 16px; line-height: 24px; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.quiet { color: var(--quiet); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
form { display: flex; gap: 8px; margin: 16px 0; }
input, button {
  min-height: 44px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 8px;
  color: inherit; background: var(--card); font: inherit;
}
input { flex: 1; min-width: 0; border-color: var(--quiet); }
::placeholder { color: var(--quiet); opacity: 1; }
ul { margin: 0; padding: 0; list-style: none; }
li + li { border-top: 1px solid var(--line); }
.entries a { display: block; padding: 12px 16px; color: inherit; text-decoration: none; }
.entries a:hover strong { text-decoration: underline; }
.entries a:focus-visible { outline-offset: -2px; border-radius: 12px; }
.entries strong, .entries span { display: block; }
.entries span { color: var(--quiet); font-size: 14px; }
.entries time { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; padding: 16px; }
dt { color: var(--quiet); }
dd { margin: 0; }
iframe { display: block; width: 100%; height: 480px; resize: vertical; }
pre { margin: 0; padding: 16px; white-space: pre-wrap; }
code, pre { font: 14px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
.letter { max-width: 520px; margin: 6vh auto 0; padding: 40px; box-shadow: var(--shadow); }
.letter h1 { margin: 0 0 8px; font-size: 28px; line-height: 36px; letter-spacing: -0.01em; }
.letter p { margin: 0; text-wrap: pretty; }
.letter dl {
  row-gap: 8px; margin: 24px 0; padding: 16px 0; border: solid var(--line); border-width: 1px 0;
}
.letter dd { text-wrap: pretty; }
figure { margin: 24px 0 0; }
figcaption { margin-bottom: 8px; font-size: 14px; line-height: 20px; }
blockquote { margin: 0; padding: 0 0 0 16px; border-left: 4px solid var(--line); }
.letter form { display: block; margin: 0 0 16px; }
.letter p + form { margin-top: 24px; }
.field label { display: block; margin: 24px 0 8px; font-weight: 600; }
.field input { display: block; width: 100%; min-height: 48px; margin: 0 0 12px; }
.field [aria-invalid] { border-color: var(--error); }
.field .error { margin: 0 0 12px; color: var(--error); }
.letter .small { margin-top: 12px; font-size: 14px; line-height: 20px; }
.letter .aside { margin: 12px 0 -10px; }
.aside a {
  display: inline-block; padding: 10px 0; color: var(--quiet); font-size: 14px; line-height: 20px;
}
.mark {
  display: grid; width: 56px; height: 56px; margin-bottom: 24px; place-items: center;
  overflow: hidden; border-radius: 14px; color: var(--on-tint); background: var(--tint);
  font-size: 26px; font-weight: 600;
}
.logo {
  display: block; max-width: 100%; height: 56px; margin-bottom: 24px;
  border-radius: 10px; object-fit: contain;
}
@media (prefers-color-scheme: dark) {
  .logo { padding: 6px; background: #fff; }
}
.primary {
  width: 100%; min-height: 48px; border-color: transparent; color: var(--on-button);
  background: var(--button); font-weight: 600; cursor: pointer;
}
.primary:hover { background: var(--button-hover); }
.note { padding: 16px; border-radius: 8px; background: var(--page); }
.note p + p { margin-top: 8px; }
footer { margin: 24px 0 0; text-align: center; font-size: 14px; }
footer a { display: inline-block; padding: 12px; }
@media (max-width: 480px) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 8px; }
  dd:last-child { margin-bottom: 0; }
  .letter { margin-top: 0; padding: 24px 20px; }
  .letter dl { row-gap: 0; }
  .letter h1 { font-size: 24px; line-height: 32px; }
}
`
