import { Type } from '@sinclair/typebox'
import { VouchedUser } from './schemas.js'

/** Where the person may call by themselves, too: then their token says who they are. */
export const UserOfKey = Type.Optional({
  ...VouchedUser,
  description: 'Needed with an API key, left out with a person’s own token.'
})
