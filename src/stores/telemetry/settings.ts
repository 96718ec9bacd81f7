import type { Run } from './driver.ts';

/**
 * One block from all files of a group, whatever their number and order, so that the token stands for the whole of it;
 * one thread, because a second one would make a second block.
 */
export function insertSettings(token: string): Record<string, string | number> {
  return {
    insert_deduplicate: 1,
    insert_deduplication_token: token,
    async_insert: 0,
    max_threads: 1,
    max_insert_threads: 1,
    min_insert_block_size_rows: 1_000_000_000,
    min_insert_block_size_bytes: 0,
    max_insert_block_size: 1_000_000_000,
    max_partitions_per_insert_block: 0,
    input_format_parallel_parsing: 0,
    max_execution_time: 0,
    max_memory_usage: 0,
  };
}

/** Limits of every query. Large aggregations go to disk at half of their memory, so that most end slowly, not in error. */
export function querySettings(run: Run, memoryBytes: number): Record<string, string | number> {
  return {
    max_execution_time: run.timeout,
    timeout_before_checking_execution_speed: 0,
    max_memory_usage: memoryBytes,
    max_bytes_before_external_group_by: Math.floor(memoryBytes / 2),
    max_bytes_before_external_sort: Math.floor(memoryBytes / 2),
    output_format_json_quote_64bit_integers: 0,
    output_format_json_quote_denormals: 0,
    exact_rows_before_limit: 1,
    log_comment: run.comment,
  };
}
