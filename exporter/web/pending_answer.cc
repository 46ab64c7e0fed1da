#include "exporter/web/pending_answer.h"

#include <exception>

namespace taskqueue::web {

PendingAnswer::~PendingAnswer() {
  if (given_) return;
  try {
    give(plain(500, "Something went wrong here; the log says more."));
  } catch (const std::exception&) {
    // No memory for an answer: the connection's deadline ends the wait.
    return;
  }
}

void PendingAnswer::give(Response response) {
  if (given_.exchange(true)) return;
  mailbox_->post([deliver = deliver_, response = std::move(response)]() mutable { deliver(std::move(response)); });
}

Respond respond_through(std::shared_ptr<PendingAnswer> pending) {
  return [pending = std::move(pending)](Response response) { pending->give(std::move(response)); };
}

}  // namespace taskqueue::web
