using DeviceAgent.Fleet.Commands;

return await FleetCommand.RunAsync(args, Console.Out, Console.Error);
