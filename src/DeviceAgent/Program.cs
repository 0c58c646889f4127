using DeviceAgent.Commands;
using DeviceAgent.Hosting;

ProcessStart.Prepare();
return (int)await AgentCommand.RunAsync(args, Console.Out, Console.Error);
