/** What a browser opens. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\//i.test(text)
}

/** What a path can be put behind. */
export function isLinkBase(text: string): boolean {
  if (!isWebAddress(text) || /[?#]/.test(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
