/** So many of a hundred, rounded half up, exactly: amounts times a hundred exceed what numbers hold. */
export function percentOf(part: number, whole: number): number {
  const [over, under] = [200n * BigInt(part) + BigInt(whole), 2n * BigInt(whole)]
  const quotient = over / under
  // BigInt rounds towards zero.
  return Number(over < 0n && over % under !== 0n ? quotient - 1n : quotient)
}
