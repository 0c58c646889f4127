using System.CommandLine;
using System.CommandLine.Invocation;
using DeviceAgent.Testbed.Commands;

// After Ctrl-C the agents are given time to deliver what they read, and the tables are looked at.
var parsed = TestbedCommand.Create().Parse(args);
var code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
return parsed.Action is ParseErrorAction ? 2 : code;
