export interface FoundLicence {
  /** SPDX identifier, https://spdx.org/licenses/ */
  id: string
  offset: number
}

/** What the texts of licences call themselves. */
const titles: readonly (readonly [pattern: RegExp, id: string])[] = [
  [/GNU AFFERO GENERAL PUBLIC LICENSE/g, 'AGPL-3.0'],
  [/GNU LESSER GENERAL PUBLIC LICENSE/g, 'LGPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s{1,80}Version 3/g, 'GPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s{1,80}Version 2/g, 'GPL-2.0'],
  [/Server Side Public License/g, 'SSPL-1.0'],
  [/Business Source License 1\.1/g, 'BUSL-1.1'],
  [/Mozilla Public License,? [Vv]ersion 2\.0/g, 'MPL-2.0'],
  [/Elastic License 2\.0/g, 'Elastic-2.0'],
  [/Eclipse Public License\s{1,8}-? ?v(?:ersion)? ?2\.0/g, 'EPL-2.0'],
]
/** In a source file (https://spdx.dev/learn/handling-license-info/) or a package's manifest. */
const marks = [/SPDX-License-Identifier:[ \t]{0,8}([^\n*]{1,200})/g, /"license"\s{0,8}:\s{0,8}"([^"\n]{1,200})"/g]

/** Licences that a text names or holds; of an expression such as `MIT OR GPL-2.0-only`, each. */
export function licencesIn(text: string): FoundLicence[] {
  const found: FoundLicence[] = []
  for (const mark of marks)
    for (const { 1: expression = '', index } of text.matchAll(mark))
      for (const id of expression.split(/[\s()]+|\bAND\b|\bOR\b|\bWITH\b/))
        if (/^[A-Za-z][\w.+-]{1,63}$/.test(id)) found.push({ id, offset: index })
  for (const [title, id] of titles) for (const { index } of text.matchAll(title)) found.push({ id, offset: index })
  return found
}
