/** The operators of the filter language, for completion and help. */
export const FILTER_OPERATORS: readonly { readonly operator: string; readonly doc: string }[] = [
  { operator: '=', doc: 'Equal (also ==); for addresses, within the network; for tags, has the label.' },
  { operator: '!=', doc: 'Not equal (also <>).' },
  { operator: '<', doc: 'Less than; <=, > and >= likewise. For numbers, times, ids and texts.' },
  { operator: 'in', doc: 'One of a list, in a range, or in a network: in (22, 80), in 1000..2000, in 10.0.0.0/8.' },
  { operator: 'contains', doc: 'Has this part; case does not matter.' },
  { operator: 'startswith', doc: 'Begins with this; case does not matter.' },
  { operator: 'endswith', doc: 'Ends with this; case does not matter.' },
  { operator: '~', doc: 'Matches the regular expression (also matches); !~ does not.' },
  { operator: 'exists', doc: 'Has a value: not empty, not zero, not unknown.' },
  { operator: 'and', doc: 'Both (also &&); binds tighter than or.' },
  { operator: 'or', doc: 'At least one (also ||).' },
  { operator: 'not', doc: 'The opposite (also !); stands before a comparison, a group, or a worded operator.' },
];

/** One page of help in Markdown; the first part of docs/filter-language.md. */
export const FILTER_GRAMMAR = String.raw`## Grammar

~~~
filter      = [ or ]                                   (an empty filter passes everything)
or          = and { ( "or" | "||" ) and }
and         = not { ( "and" | "&&" ) not }
not         = ( "not" | "!" ) not | "(" or ")" | comparison
comparison  = field ( "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=" ) value
            | field [ "not" ] "in" ( value | "(" value { "," value } ")" )
            | field [ "not" ] ( "contains" | "startswith" | "endswith" | "matches" | "~" ) text
            | field "!~" text
            | field [ "not" ] "exists"
field       = a name from the list of fields | "attrs." key { "." key }
            | "ip" | "port" | "country" | "city" | "asn" | "org" | "scope"     (source or destination)
value       = word | string | low ".." high            (ranges: numbers and times, both ends included)
string      = '"' ... '"' | "'" ... "'"                with \n \r \t \" \' \\ \uXXXX
word        = characters without space, quotes, parentheses, comma and = ! < > ~ & |
~~~
`;
