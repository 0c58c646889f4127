using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Jobs.Model;

[JsonSerializable(typeof(Job))]
[JsonSerializable(typeof(JobExecution))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class JobsJson : JsonSerializerContext;
