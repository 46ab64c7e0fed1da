#include "exporter/simulator/recorded.h"

namespace taskqueue::simulator::recorded {

// The examples of the vendors' pages, white space left out.

const std::string_view mps_finish_1 =
    R"json({"Response":{"TotalCount":12,"TaskSet":[{"TaskId":"taskId1","TaskType":"WorkflowTask",
"SubTaskTypes":["action-trans"],"CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"2018-12-27T13:57:15Z"},{"TaskId":"taskId2",
"TaskType":"WorkflowTask","SubTaskTypes":["action-trans"],"CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"2018-12-27T13:57:15Z"},{"TaskId":"taskId3",
"TaskType":"WorkflowTask","SubTaskTypes":["action-trans"],"CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"2018-12-27T13:57:15Z"},{"TaskId":"taskId4",
"TaskType":"WorkflowTask","SubTaskTypes":["action-trans"],"CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"2018-12-27T13:57:15Z"},{"TaskId":"taskId5",
"TaskType":"WorkflowTask","SubTaskTypes":["action-trans"],"CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"2018-12-27T13:57:15Z"}],
"ScrollToken":"taskId6","RequestId":"46311b39-10ce-47eb-b2b6-7ce82bb4476d"}})json";

const std::string_view mps_finish_2 =
    R"json({"Response":{"TotalCount":1,"TaskSet":[{"TaskId":"taskId6","TaskType":"WorkflowTask",
"SubTaskTypes":["action-trans"],"CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"2018-12-27T13:57:15Z"}],"ScrollToken":"",
"RequestId":"46311b39-10ce-47eb-b2b6-7ce82bb4476d"}})json";

const std::string_view mps_processing =
    R"json({"Response":{"TotalCount":1,"TaskSet":[{"TaskId":"taskId7","TaskType":"WorkflowTask",
"SubTaskTypes":["action-trans"],"CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"0000-00-00T00:00:00Z"}],"ScrollToken":"",
"RequestId":"46311b39-10ce-47eb-b2b6-7ce82bb4476d"}})json";

const std::string_view vod_finish_1 =
    R"json({"Response":{"TaskSet":[{"TaskId":"taskId1","Status":"FINISH","TaskType":"transcode",
"CreateTime":"2018-12-27T13:57:15Z","BeginProcessTime":"2018-12-27T13:57:15Z",
"FinishTime":"2018-12-27T13:57:15Z","SessionContext":"","SessionId":"","FileId":"528xx123"},
{"TaskId":"taskId2","Status":"FINISH","TaskType":"transcode","CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"2018-12-27T13:57:15Z","SessionContext":"",
"SessionId":"","FileId":"528xx124"},{"TaskId":"taskId3","Status":"FINISH","TaskType":"transcode",
"CreateTime":"2018-12-27T13:57:15Z","BeginProcessTime":"2018-12-27T13:57:15Z",
"FinishTime":"2018-12-27T13:57:15Z","SessionContext":"","SessionId":"","FileId":"528xx125"},
{"TaskId":"taskId4","Status":"FINISH","TaskType":"transcode","CreateTime":"2018-12-27T13:57:15Z",
"BeginProcessTime":"2018-12-27T13:57:15Z","FinishTime":"2018-12-27T13:57:15Z","SessionContext":"",
"SessionId":"","FileId":"528xx126"},{"TaskId":"taskId5","Status":"FINISH","TaskType":"transcode",
"CreateTime":"2018-12-27T13:57:15Z","BeginProcessTime":"2018-12-27T13:57:15Z",
"FinishTime":"2018-12-27T13:57:15Z","SessionContext":"","SessionId":"","FileId":"528xx127"}],
"ScrollToken":"taskId6","RequestId":"46311b39-10ce-47eb-b2b6-7ce82bb4476d"}})json";

const std::string_view vod_finish_2 =
    R"json({"Response":{"TaskSet":[{"TaskId":"taskId6","Status":"FINISH","TaskType":"transcode",
"CreateTime":"2018-12-27T13:57:15Z","BeginProcessTime":"2018-12-27T13:57:15Z",
"FinishTime":"2018-12-27T13:57:15Z","SessionContext":"","SessionId":"","FileId":"528xx124"}],
"ScrollToken":"token-test","RequestId":"46311b39-10ce-47eb-b2b6-7ce82bb4476d"}})json";

const std::string_view vod_processing =
    R"json({"Response":{"TaskSet":[{"TaskId":"taskId7","Status":"PROCESSING","TaskType":"transcode",
"CreateTime":"2018-12-27T13:57:15Z","BeginProcessTime":"2018-12-27T13:57:15Z",
"FinishTime":"0001-01-01T00:00:00Z","SessionContext":"","SessionId":"","FileId":"528xx124"}],
"ScrollToken":"token-test","RequestId":"46311b39-10ce-47eb-b2b6-7ce82bb4476d"}})json";

const std::string_view batch_task = R"json({"Response":{"TaskInstanceSet":[{"TaskInstanceIndex":1,
"RedirectInfo":{"StderrRedirectFileName":"stderr.job-97zcl3wt.A.1.log",
"StdoutRedirectFileName":"stdout.job-97zcl3wt.A.1.log",
"StdoutRedirectPath":"cos://dondonbatch-1251783334.cosgz.myqcloud.com/hello2/logs/",
"StderrRedirectPath":"cos://dondonbatch-1251783334.cosgz.myqcloud.com/hello2/logs/"},
"RunningTime":"2018-02-07T09:29:55Z","LaunchTime":"2018-02-07T09:29:09Z","StateReason":"",
"StateDetailedReason":"xx","ComputeNodeInstanceId":null,"EndTime":"2018-02-07T09:30:23Z",
"TaskInstanceState":"SUCCEED","CreateTime":"2018-02-07T09:29:09Z","ExitCode":0},
{"TaskInstanceIndex":0,"RedirectInfo":{"StderrRedirectFileName":"stderr.job-97zcl3wt.A.0.log",
"StdoutRedirectFileName":"stdout.job-97zcl3wt.A.0.log",
"StdoutRedirectPath":"cos://dondonbatch-1251783334.cosgz.myqcloud.com/hello2/logs/",
"StderrRedirectPath":"cos://dondonbatch-1251783334.cosgz.myqcloud.com/hello2/logs/"},
"RunningTime":"2018-02-07T09:30:02Z","LaunchTime":"2018-02-07T09:29:09Z","StateReason":"",
"StateDetailedReason":"xx","ComputeNodeInstanceId":null,"EndTime":"2018-02-07T09:30:31Z",
"TaskInstanceState":"SUCCEED","CreateTime":"2018-02-07T09:29:09Z","ExitCode":0}],
"TaskState":"SUCCEED","JobId":"job-97zcl3wt","TaskInstanceMetrics":{"PendingCount":0,
"FailedCount":0,"StartingCount":0,"SucceedCount":2,"FailedInterruptedCount":0,"SubmittedCount":0,
"RunnableCount":0,"RunningCount":0},"TaskInstanceTotalCount":2,"TaskName":"A",
"EndTime":"2018-02-07T09:30:31Z","CreateTime":"2018-02-07T09:29:09Z",
"RequestId":"f4723b24-e080-4599-b12d-b7eb657faefe"}})json";

const std::string_view ecs_tasks = R"json({"PageNumber":1,"TotalCount":2,"PageSize":2,"RegionId":"cn-hangzhou",
"TaskSet":[{"Task":[{"CreationTime":"2015-11-24T12:50Z","FinishedTime":"2015-11-24T12:50Z",
"SupportCancel":true,"TaskAction":"ImportImage","TaskStatus":"Finished",
"TaskId":"t-bp1hvgwromzv32iq****"},{"CreationTime":"2015-11-23T15:10Z",
"FinishedTime":"2015-11-23T15:16Z","SupportCancel":true,"TaskAction":"ImportImage",
"TaskStatus":"Finished","TaskId":"t-bp179lofu2pv768w****"}]}],
"RequestId":"F746C690-D9EA-4F87-AF31-8E1910FAB541"})json";

}  // namespace taskqueue::simulator::recorded
