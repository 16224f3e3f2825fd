/** How long a repository's own programs may take, ms; from the step's environment, in minutes. */
export function minutes(
  env: NodeJS.ProcessEnv,
  name: 'ATOMIC_TEST_MINUTES' | 'ATOMIC_MUTATION_MINUTES',
  usual: number,
): number {
  const given = Number(env[name])
  return (given > 0 && given <= 360 ? given : usual) * 60_000
}
