import { defineProblem } from '../../errors.js'

export const invalidLogo = defineProblem({
  code: 'invalid_logo',
  status: 422,
  en: [
    'Invalid logo',
    'Send a PNG, JPEG or WebP image as data:image/…;base64,…, of {max_bytes} bytes and ' +
      '{max_pixels} pixels a side at most.'
  ],
  fr: [
    'Logo invalide',
    'Envoyez une image PNG, JPEG ou WebP sous la forme data:image/…;base64,…, d’au plus ' +
      '{max_bytes} octets et {max_pixels} pixels de côté.'
  ]
})
