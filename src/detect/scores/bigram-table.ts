// Written by scripts/gen-bigrams.ts from scripts/common-words.ts; not to be edited.

/** The characters of a name; `^` is its beginning and its end. */
export const ALPHABET = '^abcdefghijklmnopqrstuvwxyz0123456789-';

/** Steps of the table to a nat. */
export const STEPS = 8;

/** Digits of the table, by value. */
export const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A row for the character before, a column for the one after: how unlikely that is, in steps. */
export const ROWS: readonly string[] = [
  'ZookqqpprtuxpluwlGoinxspXIHZZZZZZZZZZZ',
  'mJuoqHBqBpHAingUtZgmlsyAHwDZYXYYZXYYXD',
  'wgzOTbTXWlEZnDZfUZeCUkXXZzZZZZZZZZZZZO',
  'ufSzJgSWepZnoIWePZqzmsWWZwZZZZZZZZZZZL',
  'djBzAcGrCiLGBDBjyZozBuAJZvZZPRQQPPRRQw',
  'fmwqsrCxDvLIlrjCvQemnFvAADQZQRRRSRRSQw',
  'ofQKQjqSQeTWlNWfKZjHmqVQZpZZWZZZYZZWZE',
  'jhMJOaOEojRHqKxiJZlAAoQPZyZZUYYWZXVYWD',
  'hdDFMdKMJhPTCDthGutzprMEZzZZTTSTUVUSSz',
  'AnAirovsVNNCktdmwJomjGsIBZxZZZZZZZZZZR',
  'ZaZZZcZZZZZZZZZbZZZuZbZZZZZZZZZZZZZZZZ',
  'crEAGaFKxfKOwCuvBWutwvIFZsYZOOOPPONONu',
  'ieBAreyHGgPBkAPjBZKzuqIHZsZZVUUTUTUTUz',
  'mdqJOeFRPgTWBsCfkZOzEtSQZrZZWYYZXZWYYE',
  'flzoiiAmEmHBBCrqBXErhuCIZBZZRSRSRSRSRw',
  'luypsCxvBtLAkqfqsZfpmowqBEIZZZZYZZXZZE',
  'neNJFiOFnkTXjKGisZgzoqQQZDZZZYZXZYZZZE',
  '9ZZZZZZZZZZZZZZZZZZZZ3ZZZZZZZZZZZZZZZZ',
  'hhAtqeCvJjOvuuxkBZyvmtDDZqOZUTWUUTTVTz',
  'jlGlHhMInlRByyFnqMHmdpIwZDZZYXWVXXYXXC',
  'eiDwHfEGjkLPuADkxWmwsqJBZvNZQRQRQQQRRw',
  'ztroskDwYoZDnnfzqZghkZZZJJZZZZZZZZZZZR',
  'ZjZWZ6ZZZaZZZZBiBZZRZZZZZDZZZZZZZZZZZZ',
  'lcMJPcLNqeQCAKriJZvsAZRQZZZZYTUUWXVVWC',
  'cqDoGqqGElHODpINhUFxgrGJZlUZNKOOOLMTKt',
  '7rvpBoADzzFKpupwpRwnwMDCZRRZKLNMMLLKKq',
  'rjUNT8TVQeUZRNVfNZPNTrVOZZhZZZZZZZZXXK',
  '6ZZZZZZZZZZZZZZZZZZZZZZZZZZoonoponoopZ',
  '9ZZZZZZZZZZZZZZZZZZZZZZZZZZmmlmlmmmmmZ',
  '9ZZZZZZZZZZZZZZZZZZZZZZZZZZmmmlmllmmmZ',
  '9ZZZZZZZZZZZZZZZZZZZZZZZZZZllllnmnmmmZ',
  '9ZZZZZZZZZZZZZZZZZZZZZZZZZZmmllnmmmlmZ',
  '8ZZZZZZZZZZZZZZZZZZZZZZZZZZlmmmmmmmmmZ',
  '9ZZZZZZZZZZZZZZZZZZZZZZZZZZmmlnmlllllZ',
  '9ZZZZZZZZZZZZZZZZZZZZZZZZZZlmmmllllmmZ',
  '8ZZZZZZZZZZZZZZZZZZZZZZZZZZmmmmmlmnmnZ',
  '9ZZZZZZZZZZZZZZZZZZZZZZZZZZmllnlmlmmmZ',
  'ZoojprorquuwoltwkGpinAsqUJFZZZZZZZZZZZ',
];

/** Log-likelihood a character, in nats, that 99 of 100 ordinary names exceed. */
export const NAME_FLOOR = -3.527;
