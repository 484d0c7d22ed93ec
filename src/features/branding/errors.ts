import { defineProblem } from '../../errors.js'

export const invalidLogo = defineProblem({
  code: 'invalid_logo',
  status: 422,
  en: [
    'Invalid logo',
    'Send a PNG, JPEG or WebP image of {max_bytes} bytes at most as data:image/…;base64,….'
  ],
  fr: [
    'Logo invalide',
    'Envoyez une image PNG, JPEG ou WebP de {max_bytes} octets au plus, sous la forme ' +
      'data:image/…;base64,….'
  ]
})
