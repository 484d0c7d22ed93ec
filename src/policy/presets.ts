import { type Policy, PolicyDocument } from './document.js'
import ampliphi from './presets/ampliphi.json' with { type: 'json' }
import openphone from './presets/openphone.json' with { type: 'json' }
import oupi from './presets/oupi.json' with { type: 'json' }
import respondio from './presets/respondio.json' with { type: 'json' }
import standard from './presets/standard.json' with { type: 'json' }
import surveymonkey from './presets/surveymonkey.json' with { type: 'json' }

/** The policies that ship with Muster, by key: a good default, and five products as they are. */
export const PRESETS: ReadonlyMap<string, Policy> = new Map(
  [standard, oupi, openphone, surveymonkey, respondio, ampliphi].map((document) => {
    const policy: Policy = PolicyDocument.parse(document)
    return [policy.key, policy]
  })
)
