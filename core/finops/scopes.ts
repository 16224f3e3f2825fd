/** Of what a cost is part. */
export interface Dimensions {
  person: string
  missionId?: string
  /** `owner/repo` */
  repository?: string
  model?: string
}

/**
 * The budgets that a cost counts in: the one named, and those of the organisation, the repository,
 * the mission, the person and the model, each once.
 */
export function scopesOf(named: string, { person, missionId, repository, model }: Dimensions): string[] {
  const slash = repository?.indexOf('/') ?? -1
  return [
    ...new Set([
      named,
      ...(repository === undefined || slash < 1 ? [] : [`organisation:${repository.slice(0, slash)}`]),
      ...(repository === undefined ? [] : [`repository:${repository}`]),
      ...(missionId === undefined ? [] : [`mission:${missionId}`]),
      `person:${person}`,
      ...(model === undefined ? [] : [`model:${model}`]),
    ]),
  ]
}
