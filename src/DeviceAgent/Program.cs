using DeviceAgent.Commands;
using DeviceAgent.Storage;

ProcessUser.KeepFilesPrivate();
return (int)await AgentCommand.RunAsync(args, Console.Out, Console.Error);
