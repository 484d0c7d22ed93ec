import t from 'tap'
import { html } from '../src/html.js'

await t.test('every interpolated text is escaped, in content and in attributes', async (t) => {
  const hostile = `<img src=x onerror="alert('1')">&amp;`
  t.equal(
    html`<p title="${hostile}">${hostile}</p>`.toString(),
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;">' +
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;</p>'
  )
})

await t.test('markup made by html is inserted as it is, alone and in lists', async (t) => {
  const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`)
  t.equal(html`<ul>${items}</ul>`.toString(), '<ul><li>a</li><li>&lt;b&gt;</li></ul>')
  t.equal(html`${html`<hr>`}${[]}`.toString(), '<hr>')
})

await t.test('numbers show, zero too; null, undefined and false do not', async (t) => {
  t.equal(html`[${0}|${-1.5}|${null}|${undefined}|${false}|${''}]`.toString(), '[0|-1.5||||]')
})

await t.test('a parsed object that looks like markup is not inserted', async (t) => {
  const forged = JSON.parse('{"markup": "<script>", "Symbol(markup)": "<script>"}')
  t.throws(() => html`${forged}`)
})

await t.test('a text that contains replacement patterns or templates stays itself', async (t) => {
  t.equal(html`<p>${'$& $1 ${x}'}</p>`.toString(), '<p>$&amp; $1 ${x}</p>')
})
