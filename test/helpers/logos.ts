import { crc32, deflateSync } from 'node:zlib'

const base64 = (text: string) => Buffer.from(text, 'base64')

/** A square of one color, 1 × 1. */
export const PNG = base64(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
)
export const WEBP = base64('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA')
/** As one begins, up to where it says how large it is; no browser would show it. */
export const jpegOf = (width: number, height: number) =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0x4a, 0x46, 0xff, 0xc2, 0, 11, 8]),
    Buffer.from([height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1, 0x11, 0])
  ])
const JPEG = jpegOf(64, 32)

const BYTES = { 'image/png': PNG, 'image/jpeg': JPEG, 'image/webp': WEBP }

export const toLogo = (type: string, bytes: Buffer) =>
  `data:${type};base64,${bytes.toString('base64')}`

export const logoOf = (type: keyof typeof BYTES) => toLogo(type, BYTES[type])

/** A picture to look at: a white ring on a color, as small as a logo may be. */
export function drawLogo([r, g, b]: readonly [number, number, number], size = 96): Buffer {
  const rows = Array.from({ length: size }, (_, y) => {
    const pixels = Array.from({ length: size }, (_, x) => {
      const distance = Math.hypot(x - size / 2, y - size / 2) / (size / 2)
      return distance > 0.4 && distance < 0.7 ? [255, 255, 255] : [r, g, b]
    })
    return [0, ...pixels.flat()]
  })
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    PNG.subarray(0, 8),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()), { level: 9 })),
    chunk('IEND', Buffer.alloc(0))
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, checksum])
}
