import { Type } from '@sinclair/typebox'
import { PERMISSIONS } from '../../policy/permissions.js'
import { Nullable, oneOf } from '../../schemas.js'
import { MENDS } from './mend.js'

export const MendSchema = Type.Object({
  command: oneOf(MENDS, { description: 'The operation.' }),
  label: Type.String({ description: 'In the language of Accept-Language.' }),
  method: oneOf(['POST', 'PUT', 'PATCH', 'DELETE']),
  path: Type.String(),
  body: Nullable(Type.Object({}, { additionalProperties: true })),
  needs: Type.Array(Type.String(), { description: 'What of the body you have to add.' }),
  permission: Nullable(
    oneOf(PERMISSIONS, { description: 'What a member must have to do it; null: it is yours.' })
  )
})
