import type { FastifyRequest } from 'fastify'
import { LOCALES, type Locale } from '../errors.js'

const HEADER_LENGTH_MAX = 500

/** The first language of Accept-Language, by its weights, that Muster speaks; else English. */
export function localeOf(request: FastifyRequest): Locale {
  const header = request.headers['accept-language']
  if (header === undefined) return 'en'
  const wishes = header
    .slice(0, HEADER_LENGTH_MAX)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';')
      const weight = parameters.map((text) => /^\s*q=([\d.]+)\s*$/.exec(text)?.[1]).find(Boolean)
      return {
        language: tag.trim().replace(/-.*$/s, '').toLowerCase(),
        weight: Number(weight ?? 1)
      }
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
  const spoken = wishes.map(({ language }) => LOCALES.find((locale) => locale === language))
  return spoken.find((locale) => locale !== undefined) ?? 'en'
}
