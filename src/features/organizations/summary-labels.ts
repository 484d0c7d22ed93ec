import type { Locale } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import { textOf } from '../../policy/texts.js'

interface Labels {
  readonly team: string
  readonly invitation_cancel: string
}

const LABELS: Readonly<Record<Locale, Labels>> = {
  en: { team: 'Team', invitation_cancel: 'Cancel' },
  fr: { team: 'Équipe', invitation_cancel: 'Annuler' }
}

/** What a team page calls itself and its button: the policy's own words, else ours (OUPI-13). */
export const labelsOf = ({ texts }: Policy, locale: Locale): Labels => ({
  team: textOf(texts, 'label.team', locale) ?? LABELS[locale].team,
  invitation_cancel:
    textOf(texts, 'label.invitation.cancel', locale) ?? LABELS[locale].invitation_cancel
})
