import type { Locale } from '../../errors.js'

interface Texts {
  readonly subject: string
  readonly heading: string
  readonly opening: string
  readonly openingWithoutClaimant: string
  readonly action: string
  readonly expiry: string
  readonly ignore: string
}

export const DOMAIN_CODE_TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    subject: 'Your code to confirm {domain}',
    heading: 'Your code: {code}',
    opening:
      '{claimant} claims the domain {domain} for {team}, and this code proves that it is yours. From ' +
      'then on, the team can let in everybody who has an address on {domain}.',
    openingWithoutClaimant:
      'The domain {domain} is claimed for {team}, and this code proves that it is yours. From then ' +
      'on, the team can let in everybody who has an address on {domain}.',
    action: 'Confirm the domain',
    expiry: 'The code and the link are valid until {date}.',
    ignore:
      'If you did not ask for this, ignore this email and give the code to nobody: with it, {team} ' +
      'can let in everybody who has an address on {domain}.'
  },
  fr: {
    subject: 'Votre code pour confirmer {domain}',
    heading: 'Votre code\u00a0: {code}',
    opening:
      '{claimant} revendique le domaine {domain} pour {team}, et ce code prouve qu’il est le ' +
      'vôtre. L’équipe pourra ensuite accueillir toute personne qui a une adresse sur {domain}.',
    openingWithoutClaimant:
      'Le domaine {domain} est revendiqué pour {team}, et ce code prouve qu’il est le vôtre. ' +
      'L’équipe pourra ensuite accueillir toute personne qui a une adresse sur {domain}.',
    action: 'Confirmer le domaine',
    expiry: 'Le code et le lien sont valables jusqu’au {date}.',
    ignore:
      'Si vous n’avez rien demandé, ignorez cet e-mail et ne donnez le code à personne\u00a0: il ' +
      'permettrait à {team} d’accueillir toute personne qui a une adresse sur {domain}.'
  }
}
