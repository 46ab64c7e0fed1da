#include "exporter/web/mailbox.h"

#include <boost/asio/io_context.hpp>
#include <thread>

#include "tests/catch.h"

using taskqueue::web::Mailbox;

TEST_CASE("work of other threads runs where the io_context runs", "[web][mailbox]") {
  boost::asio::io_context context;
  Mailbox mailbox(context);
  std::thread::id ran_on;
  std::jthread([&] { mailbox.post([&] { ran_on = std::this_thread::get_id(); }); }).join();
  context.run();
  CHECK(ran_on == std::this_thread::get_id());
}

TEST_CASE("a closed mailbox drops what is posted", "[web][mailbox]") {
  boost::asio::io_context context;
  Mailbox mailbox(context);
  bool ran = false;
  mailbox.close();
  mailbox.post([&] { ran = true; });
  context.run();
  CHECK_FALSE(ran);
}
