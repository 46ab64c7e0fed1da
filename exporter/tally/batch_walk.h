// Reads the lists of all ended jobs, page by page, some in each refresh.
#pragma once

#include "exporter/result.h"
#include "exporter/tally/batch_reader.h"
#include "exporter/tally/batch_round.h"
#include "exporter/tally/batch_state.h"

namespace taskqueue {

/// The lists are walked once at the beginning, once a day, and where there is a reason: as many jobs have gone as the
/// lists have pages, so that finding a deleted job costs a call at most; or jobs are missing that no round finds.
class BatchWalk {
 public:
  /// Uses, does not own, its arguments. `discover` must have been called in this round.
  BatchWalk(BatchReader& reader, BatchState& state, BatchRound& round);

  [[nodiscard]] bool is_under_way() const { return state_.walk && !gives_up_; }

  /// Reads the next page. Fails when stopped; other failures go to the round and end the walk for this round.
  Result<Done, Failure> read_page();

 private:
  void take(JobListing page);
  Result<Done, Failure> end_list();
  void skip_whole_lists();

  BatchReader& reader_;
  BatchState& state_;
  BatchRound& round_;
  bool gives_up_ = false;
};

}  // namespace taskqueue
