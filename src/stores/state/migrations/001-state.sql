-- API keys. The secret itself is nowhere: `hash` is its SHA-256.
create table vedette.keys (
  id text primary key,
  name text not null,
  prefix text not null,
  hash bytea not null unique check (octet_length(hash) = 32),
  scopes text[] not null,
  tier text not null,
  disabled boolean not null default false,
  expires_at timestamptz,
  created_at timestamptz not null,
  last_used_at timestamptz
);

create table vedette.settings (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

-- The id is a UUID of version 7, so its order is the order in time.
create table vedette.audit (
  id uuid primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  target text not null,
  detail jsonb not null
);

-- Indicators entered here, by canonical value.
create table vedette.indicators (
  id uuid primary key,
  value text not null unique,
  category text not null,
  confidence double precision not null check (confidence between 0 and 100),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
