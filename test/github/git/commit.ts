/** A commit object's text, both ways: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */

export interface Person {
  name: string
  email: string
  /** ISO 8601. */
  date: string
}
export interface Commit {
  sha: string
  tree: string
  parents: string[]
  author: Person
  committer: Person
  message: string
}

export const readPerson = (text: string): Person => {
  const parts = /^(.*?) ?<([^>]*)> (\d+) ([+-]\d{4})$/.exec(text)
  if (!parts) return { name: '', email: '', date: '1970-01-01T00:00:00Z' }
  return {
    name: parts[1]!,
    email: parts[2]!,
    date: `${new Date(Number(parts[3]) * 1000).toISOString().slice(0, 19)}Z`,
  }
}

export function readCommit(sha: string, data: Buffer): Commit {
  const text = data.toString()
  const split = text.indexOf('\n\n')
  const head = split < 0 ? text : text.slice(0, split)
  const commit: Commit = {
    sha,
    tree: '',
    parents: [],
    author: readPerson(''),
    committer: readPerson(''),
    // As GitHub shows it: without the newline that git's own commands leave at the end.
    message: split < 0 ? '' : text.slice(split + 2).replace(/\n$/, ''),
  }
  for (const line of head.split('\n')) {
    const space = line.indexOf(' ')
    const value = line.slice(space + 1)
    if (line.startsWith('tree ')) commit.tree = value
    else if (line.startsWith('parent ')) commit.parents.push(value)
    else if (line.startsWith('author ')) commit.author = readPerson(value)
    else if (line.startsWith('committer ')) commit.committer = readPerson(value)
  }
  return commit
}

const clean = (text: string): string => text.replace(/[<>\n\0]/g, '').trim()

const offset = (iso: string): string => {
  const zone = /([+-]\d{2}):?(\d{2})$/.exec(iso)
  return zone ? `${zone[1]}${zone[2]}` : '+0000'
}

export const writePerson = (person: Person): string =>
  `${clean(person.name)} <${clean(person.email)}> ${Math.floor(Date.parse(person.date) / 1000)} ${offset(person.date)}`

export const commitText = (commit: Omit<Commit, 'sha'>): string =>
  [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${writePerson(commit.author)}`,
    `committer ${writePerson(commit.committer)}`,
    '',
    commit.message,
  ].join('\n')
