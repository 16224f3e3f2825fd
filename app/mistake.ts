/** Says what is wrong with a setting; never repeats a value that may be a secret. */
export class Mistake extends Error {}
