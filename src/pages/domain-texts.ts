import type { Locale } from '../errors.js'
import type { DeadLinkTexts } from './dead-link-view.js'

/** What an address on the domain lets people do, by what the policy says: join, or ask to. */
interface JoinTexts {
  readonly prompt: string
  readonly request: string
}

interface Texts {
  readonly heading: string
  readonly opening: string
  readonly openingWithoutClaimant: string
  readonly meaning: JoinTexts
  readonly domain: string
  readonly address: string
  readonly until: string
  readonly action: string
  readonly ignore: string
  readonly doneHeading: string
  readonly done: JoinTexts
  readonly close: string
  readonly dead: DeadLinkTexts
}

export const TEXTS: Readonly<Record<Locale, Texts>> = {
  en: {
    heading: 'Confirm {domain} for {team}',
    opening: '{claimant} claims the domain {domain} for {team}.',
    openingWithoutClaimant: 'The domain {domain} is claimed for {team}.',
    meaning: {
      prompt:
        'Once you confirm it, everybody who proves an address on {domain} can join {team} without ' +
        'an invitation.',
      request:
        'Once you confirm it, everybody who proves an address on {domain} can ask to join {team}.'
    },
    domain: 'Domain',
    address: 'Sent to',
    until: 'Valid until',
    action: 'Confirm the domain',
    ignore:
      'Only confirm it if you asked for this. Otherwise close this page: nothing happens without you.',
    doneHeading: '{domain} is confirmed',
    done: {
      prompt: 'Everybody who proves an address on {domain} can now join {team}.',
      request: 'Everybody who proves an address on {domain} can now ask to join {team}.'
    },
    close: 'There is nothing left to do. You can close this page.',
    dead: {
      domain_link_invalid: [
        'This link does not work',
        'It does not belong to any claim of a domain. Perhaps a part of it was lost: open the link ' +
          'from the mail again, or copy all of it.'
      ],
      domain_code_expired: [
        'This link has expired',
        'It is valid for a short time only. Claim the domain again where you did, and you get a new ' +
          'mail.'
      ],
      domain_claim_failed: [
        'This claim has failed',
        'A wrong code was entered too often. Claim the domain again, and you get a new mail.'
      ],
      domain_claim_released: [
        'This claim is over',
        'It was given up, or a newer one has taken its place. If you still want the domain, look ' +
          'for the latest mail about it, or claim it again.'
      ],
      domain_claim_verified: [
        'This domain is confirmed',
        'There is nothing left to do. You can close this page.'
      ],
      domain_taken: [
        'This domain belongs to another team',
        'Another team has proven that {domain} is its own, so it cannot be confirmed here. If you ' +
          'did not expect that, ask whoever manages the domain.'
      ],
      not_offered: [
        'Domains cannot be claimed here',
        'This team cannot claim domains any more, so there is nothing to confirm.'
      ],
      domain_proof_not_offered: [
        'A mail does not suffice any more',
        'This team now has to prove its domains in another way. Ask whoever claims the domain.'
      ],
      organization_canceled: [
        'This team’s subscription has ended',
        'Nothing can be confirmed for it now. If the subscription is restored, claim the domain again.'
      ]
    }
  },
  fr: {
    heading: 'Confirmer {domain} pour {team}',
    opening: '{claimant} revendique le domaine {domain} pour {team}.',
    openingWithoutClaimant: 'Le domaine {domain} est revendiqué pour {team}.',
    meaning: {
      prompt:
        'Si vous confirmez, toute personne qui prouve qu’elle a une adresse sur {domain} pourra ' +
        'rejoindre {team} sans invitation.',
      request:
        'Si vous confirmez, toute personne qui prouve qu’elle a une adresse sur {domain} pourra ' +
        'demander à rejoindre {team}.'
    },
    domain: 'Domaine',
    address: 'Envoyé à',
    until: 'Valable jusqu’au',
    action: 'Confirmer le domaine',
    ignore:
      'Ne confirmez que si vous l’avez demandé. Sinon, fermez cette page\u00a0: rien ne se fait sans ' +
      'vous.',
    doneHeading: '{domain} est confirmé',
    done: {
      prompt:
        'Toute personne qui prouve qu’elle a une adresse sur {domain} peut désormais rejoindre ' +
        '{team}.',
      request:
        'Toute personne qui prouve qu’elle a une adresse sur {domain} peut désormais demander à ' +
        'rejoindre {team}.'
    },
    close: 'Il ne reste rien à faire. Vous pouvez fermer cette page.',
    dead: {
      domain_link_invalid: [
        'Ce lien ne fonctionne pas',
        'Il ne correspond à aucune revendication de domaine. Peut-être en manque-t-il une ' +
          'partie\u00a0: ouvrez de nouveau le lien depuis l’e-mail, ou copiez-le en entier.'
      ],
      domain_code_expired: [
        'Ce lien a expiré',
        'Il n’est valable que peu de temps. Revendiquez de nouveau le domaine là où vous l’avez ' +
          'fait, et vous recevrez un nouvel e-mail.'
      ],
      domain_claim_failed: [
        'Cette revendication a échoué',
        'Un code incorrect a été saisi trop souvent. Revendiquez de nouveau le domaine, et vous ' +
          'recevrez un nouvel e-mail.'
      ],
      domain_claim_released: [
        'Cette revendication est terminée',
        'Elle a été abandonnée, ou une plus récente l’a remplacée. Si vous voulez toujours ce ' +
          'domaine, cherchez le dernier e-mail à ce sujet, ou revendiquez-le de nouveau.'
      ],
      domain_claim_verified: [
        'Ce domaine est confirmé',
        'Il ne reste rien à faire. Vous pouvez fermer cette page.'
      ],
      domain_taken: [
        'Ce domaine appartient à une autre équipe',
        'Une autre équipe a prouvé que {domain} est le sien\u00a0: il ne peut pas être confirmé ' +
          'ici. Si cela vous étonne, demandez à la personne qui gère le domaine.'
      ],
      not_offered: [
        'Les domaines ne peuvent pas être revendiqués ici',
        'Cette équipe ne peut plus revendiquer de domaine\u00a0: il n’y a rien à confirmer.'
      ],
      domain_proof_not_offered: [
        'Un e-mail ne suffit plus',
        'Cette équipe doit maintenant prouver ses domaines autrement. Demandez à la personne qui ' +
          'revendique le domaine.'
      ],
      organization_canceled: [
        'L’abonnement de cette équipe est résilié',
        'Rien ne peut être confirmé pour elle. Si l’abonnement est rétabli, revendiquez de nouveau ' +
          'le domaine.'
      ]
    }
  }
}
