/** The time, passed in so that rules and tests agree on it. */
export type Clock = () => Date;
