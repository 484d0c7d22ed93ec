import fc from 'fast-check'
import t from 'tap'
import { sizeOf } from '../../../src/features/branding/image-size.js'
import { drawLogo, jpegOf, WEBP } from '../../helpers/logos.js'

const TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const

/** A WebP that begins with a chunk of this kind. */
function webpOf(kind: string, rest: readonly number[]): Buffer {
  const head = Buffer.from(`RIFF____WEBP${kind}`, 'latin1')
  return Buffer.concat([head, Buffer.from([0, 0, 0, 0, ...rest]), Buffer.alloc(16)])
}

await t.test('the size that an image says it has', (t) => {
  t.same(sizeOf('image/png', drawLogo([0, 0, 0], 96)), { width: 96, height: 96 })
  t.same(sizeOf('image/jpeg', jpegOf(640, 3)), { width: 640, height: 3 })
  t.same(sizeOf('image/webp', WEBP), { width: 1, height: 1 }, 'lossy')
  // 400 × 301, in 14 bits each, less one.
  const lossless = webpOf('VP8L', [0x2f, 0x8f, 0x01, 0x4b, 0x00])
  t.same(sizeOf('image/webp', lossless), { width: 400, height: 301 }, 'lossless')
  const extended = webpOf('VP8X', [0, 0, 0, 0, 0xff, 0x3f, 0x00, 0x00, 0x01, 0x00])
  t.same(sizeOf('image/webp', extended), { width: 16_384, height: 257 }, 'extended')
  t.end()
})

await t.test('what is no such image has none, and nothing makes it fail', (t) => {
  for (const type of TYPES) {
    for (const bytes of [drawLogo([0, 0, 0], 8), jpegOf(8, 8), WEBP]) {
      for (const length of [0, 1, 8, 12, 16]) {
        t.equal(sizeOf(type, bytes.subarray(0, length)), undefined)
      }
    }
    const starts = [[], [0xff, 0xd8], [0xff, 0xd8, 0xff, 0xe0, 0, 0], [...WEBP.subarray(0, 16)]]
    for (const start of starts) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (rest) => {
          const size = sizeOf(type, Buffer.from([...start, ...rest]))
          return size === undefined || (size.width >= 0 && size.height >= 0)
        })
      )
    }
  }
  t.end()
})
