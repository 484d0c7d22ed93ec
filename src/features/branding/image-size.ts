import type { LOGO_TYPES } from '../../db/tables/brandings.js'

interface Size {
  readonly width: number
  readonly height: number
}

/** What an image says of its own size; undefined: it is not such an image. */
export function sizeOf(type: (typeof LOGO_TYPES)[number], bytes: Buffer): Size | undefined {
  if (type === 'image/png') return sizeOfPng(bytes)
  return type === 'image/jpeg' ? sizeOfJpeg(bytes) : sizeOfWebp(bytes)
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const PNG_HEAD_BYTES = 24

function sizeOfPng(bytes: Buffer): Size | undefined {
  if (bytes.length < PNG_HEAD_BYTES || !bytes.subarray(0, PNG.length).equals(PNG)) return undefined
  if (wordAt(bytes, 12) !== 'IHDR') return undefined
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

const JPEG_START = 0xffd8
/** Of the frames, the markers between them that are none: tables and extensions. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc]
const FRAME_BYTES = 9

/** Segment by segment up to the frame, which says it. */
function sizeOfJpeg(bytes: Buffer): Size | undefined {
  if (bytes.length < FRAME_BYTES || bytes.readUInt16BE(0) !== JPEG_START) return undefined
  for (let at = 2; at + FRAME_BYTES <= bytes.length; ) {
    const [escape, marker = 0] = bytes.subarray(at, at + 2)
    if (escape !== 0xff) return undefined
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) {
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
    }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return undefined
}

const WEBP_HEAD_BYTES = 30

/** Lossy, lossless, or either with more around it: each says it in another way. */
function sizeOfWebp(bytes: Buffer): Size | undefined {
  if (bytes.length < WEBP_HEAD_BYTES) return undefined
  if (wordAt(bytes, 0) !== 'RIFF' || wordAt(bytes, 8) !== 'WEBP') return undefined
  const kind = wordAt(bytes, 12)
  if (kind === 'VP8 ') {
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
  }
  if (kind === 'VP8L') {
    const bits = bytes.readUInt32LE(21)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (kind !== 'VP8X') return undefined
  return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
}

const wordAt = (bytes: Buffer, at: number) => bytes.toString('latin1', at, at + 4)
