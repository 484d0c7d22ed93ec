import { CATALOGUE } from './catalogue/catalogue.js'

export type EventType = keyof typeof CATALOGUE
export const EVENT_TYPES = Object.keys(CATALOGUE) as EventType[]

/** What an event is about. */
export type SubjectType = (typeof CATALOGUE)[EventType]['subjects'][number]
