export interface Mail {
  /** Stable over retries, so that a mail handed over twice is recognized as one. */
  readonly messageId: string
  /** `Acme <no-reply@example.com>` or the address alone. */
  readonly from: string
  readonly replyTo?: string
  /** One address, nothing else: no name, no list. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** What a mail program may make use of, such as `List-Unsubscribe`. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface Mailer {
  /** Hands a mail over, or throws (the job is then retried). */
  send(mail: Mail): Promise<void>
  close(): Promise<void>
}
