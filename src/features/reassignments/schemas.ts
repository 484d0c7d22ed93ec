import { type Static, Type } from '@sinclair/typebox'
import { Email, LocaleSchema, Message, Name } from '../../schemas.js'

const NAME_LENGTH_MAX = 200

export const Reassign = Type.Object(
  {
    email: { ...Email, description: 'Of whoever is to take the account over.' },
    name: Type.Optional(Name(NAME_LENGTH_MAX, 'Bo')),
    locale: Type.Optional(LocaleSchema),
    message: Type.Optional(Message),
    send_email: Type.Boolean({
      default: true,
      description: 'False: Muster sends no mail and answers with the link, once, for you to send.'
    })
  },
  { additionalProperties: false, examples: [{ email: 'bo@acme.test' }] }
)
export type Reassign = Static<typeof Reassign>
