#include "exporter/web/mailbox.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace taskqueue::web {

void Mailbox::post(std::function<void()> work) {
  const Lock lock(mutex_);
  if (context_ != nullptr) boost::asio::post(*context_, std::move(work));
}

void Mailbox::close() {
  const Lock lock(mutex_);
  context_ = nullptr;
}

}  // namespace taskqueue::web
