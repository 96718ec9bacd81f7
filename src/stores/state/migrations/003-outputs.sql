-- Where events are delivered to. The configuration holds the secrets of the receivers as they were given.
create table vedette.outputs (
  name text primary key,
  type text not null,
  config jsonb not null,
  filter text not null,
  paused boolean not null,
  origin text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- How far each node is with each output. The bookmark is the id of an event (64 bits without sign).
create table vedette.output_positions (
  output text not null references vedette.outputs (name) on update cascade on delete cascade,
  node integer not null,
  bookmark numeric(20) not null,
  counts jsonb not null,
  ahead jsonb not null,
  ahead_of numeric(20),
  updated_at timestamptz not null,
  primary key (output, node)
);

-- Events that a receiver refused for good. The id is a UUID of version 7, so its order is the order of first refusals;
-- `attempt` is such an id of the last refusal, by which a statement that is repeated counts it once.
create table vedette.output_dead_letters (
  id uuid primary key,
  output text not null references vedette.outputs (name) on update cascade on delete cascade,
  event_id numeric(20) not null,
  original text not null,
  code text not null,
  reason text not null,
  attempts integer not null,
  attempt uuid not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  unique (output, event_id)
);
create index output_dead_letters_by_id on vedette.output_dead_letters (output, id);
create index output_dead_letters_by_age on vedette.output_dead_letters (last_at);
