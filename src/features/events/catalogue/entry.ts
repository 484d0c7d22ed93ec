import { type SchemaOptions, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { oneOf } from '../../../schemas.js'

/** What the catalogue says of one type of event. */
export interface EventEntry<Subject extends string = string> {
  /** What events of this type are about; several where it depends on what happened. */
  readonly subjects: readonly Subject[]
  /** When it happens, and what follows for whoever is told: one sentence. */
  readonly description: string
  /** Left out: `data` is empty. A field that is not always there is optional. */
  readonly data?: TProperties
  /** Made by `changed` and `became`; left out: nothing that has a before. */
  readonly changes?: TProperties
  /** Beside what the fields show that are always there; `changes` are these and no others. */
  readonly example?: {
    readonly data?: Readonly<Record<string, unknown>>
    readonly changes?: Readonly<Record<string, readonly [unknown, unknown]>>
  }
}

/** An entry, of which the compiler needs to know no more than its subjects. */
export const entry = <const Subject extends string>(
  fields: EventEntry<Subject>
): EventEntry<Subject> => fields

/** The same schema, in other words or with another example. */
export const about = <T extends TSchema>(schema: T, description: string, example?: unknown): T => ({
  ...schema,
  description,
  ...(example === undefined ? {} : { examples: [example] })
})

/** `[before, after]` of a field whose values are all of the same kind. */
export const changed = (value: TSchema, before: unknown, after: unknown): TSchema =>
  Type.Array(value, { minItems: 2, maxItems: 2, examples: [[before, after]] })

type Word = string | null

/** `[before, after]` of a field that goes from one of these words to one of those. */
export const became = (before: Word | readonly Word[], after: Word | readonly Word[]): TSchema =>
  Type.Unsafe<[Word, Word]>({
    type: 'array',
    prefixItems: [wordsOf(before), wordsOf(after)],
    items: false,
    minItems: 2,
    maxItems: 2
  })

/** Each of the fields may be missing: what did not change is not there. */
export const some = (fields: TProperties): TProperties =>
  Object.fromEntries(
    Object.entries(fields).map(([name, schema]): [string, TSchema] => [name, Type.Optional(schema)])
  )

/** A list rather than `anyOf`: null may be among them. */
const wordsOf = (words: Word | readonly Word[]): TSchema =>
  Type.Unsafe<Word>({ enum: typeof words === 'string' || words === null ? [words] : [...words] })

/** Of `data`: one of these words. */
export const words = (
  values: readonly string[],
  description: string,
  options: SchemaOptions = {}
) => oneOf(values, { examples: [values[0]], description, ...options })
