using DeviceAgent.Commands;

return (int)await AgentCommand.RunAsync(args, Console.Out, Console.Error);
