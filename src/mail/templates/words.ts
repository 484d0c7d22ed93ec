import { fill } from '../../errors.js'
import { type Html, html } from '../../html.js'
import { fillHtml } from '../../texts.js'
import { isolateName, unlinkName } from './names.js'

/** What the `{placeholders}` of a text stand for. What is empty is not known. */
export interface Values {
  /** Chosen by people, and cleaned. */
  readonly names: Readonly<Record<string, string>>
  /** Written by ourselves, such as a date. */
  readonly facts?: Readonly<Record<string, string>>
}

/** Own words where there are some and all that they name is known, else ours. */
export function chooseText(
  own: string | undefined,
  ours: string,
  { names, facts = {} }: Values
): string {
  if (own === undefined) return ours
  const named = [...own.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const known = { ...names, ...facts }
  return named.every((name) => Object.hasOwn(known, name) && known[name] !== '') ? own : ours
}

/** For a subject or a title: one line, in which no name moves another. */
export function toLine(text: string, { names, facts }: Values): string {
  const line = text.replace(/\p{Cc}+/gu, ' ')
  return fill(line, { ...mapNames(names, isolateName), ...facts })
}

/** For the plain part of a mail: the same, and no name becomes a link. */
export function toText(text: string, { names, facts }: Values): string {
  return fill(text, { ...mapNames(names, (name) => isolateName(unlinkName(name))), ...facts })
}

/** For the HTML part: also escaped. */
export function toHtml(text: string, { names, facts = {} }: Values): Html {
  const ours = Object.entries(facts).map(([name, fact]) => [name, html`${fact}`] as const)
  return fillHtml(text, { ...mapNames(names, unlinkName), ...Object.fromEntries(ours) })
}

function mapNames(names: Values['names'], change: (name: string) => string): Values['names'] {
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, change(name)]))
}
