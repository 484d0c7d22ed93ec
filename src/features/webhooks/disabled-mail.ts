import { Type } from '@sinclair/typebox'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { DEPLOYMENT_ID, idPattern } from '../../ids.js'
import { enqueue } from '../../jobs/job.js'

/** The job that tells whoever looks after an endpoint that it has been disabled. */
export const TELL_ENDPOINT_DISABLED = {
  name: 'tell-endpoint-disabled',
  payload: Type.Object({ webhook_endpoint_id: Type.String({ pattern: idPattern('whe') }) })
}

export function enqueueDisabledMail(tx: Tx, { now }: CallContext, id: string): void {
  const payload = { webhook_endpoint_id: id }
  enqueue(tx, { organizationId: DEPLOYMENT_ID, now }, TELL_ENDPOINT_DISABLED, [payload])
}
